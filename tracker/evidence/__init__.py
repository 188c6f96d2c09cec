"""附件与票据: original files stored once, never altered, and the facts read from them."""
