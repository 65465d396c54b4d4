"""How requests travel: connections of our own, or those of an httpx client."""
