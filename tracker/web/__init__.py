"""The web shell: pages, forms, headers, refusals, access, language, icons and charts for every package above."""
