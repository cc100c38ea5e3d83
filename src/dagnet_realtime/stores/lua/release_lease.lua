-- Ends a lease; the last one ends the epoch and deletes everything.
-- ARGV: lease. Returns 1 if it was the last.
redis.call('ZREM', LEASES, ARGV[1])
return lease_end() and 0 or 1
