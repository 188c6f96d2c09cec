"""The sample district 云湖区: invented people, one fund, a year of claims, all through the real operations."""
