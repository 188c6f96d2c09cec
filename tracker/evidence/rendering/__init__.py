"""Pages as our own pictures: nothing of an uploaded file reaches a browser as it came."""
