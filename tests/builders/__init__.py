"""Makes the databases that tests read: each by SQL, as their own writers would leave them."""
