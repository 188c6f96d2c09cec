"""报销凭证: the numbered, frozen paper of an approved claim."""
