-- ARGV: lease. With the last one everything goes; answers 1 where it did.
redis.call('ZREM', LEASES, ARGV[1])
return living() and 0 or 1
