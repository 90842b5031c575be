-- About how many rows a large table has: the highest of its row numbers, read off the tree's edge.
SELECT max({key})
FROM main.{table}
