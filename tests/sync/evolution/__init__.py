"""Time passes: programs of different versions, old tombstones, restored servers and laptops."""
