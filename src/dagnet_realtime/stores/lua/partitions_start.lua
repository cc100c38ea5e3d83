-- Stores where a stream is read from in an epoch of the log.
-- ARGV: epoch; then fields of `places` and their values.
-- Returns 1 if they were stored, 0 if the epoch is over or has them already.
if not is_current(ARGV[1]) or redis.call('HGET', PLACES, '@epoch') == ARGV[1] then
  return 0
end
redis.call('DEL', PLACES)
redis.call('HSET', PLACES, '@epoch', ARGV[1])
for at = 2, #ARGV, 2 do
  redis.call('HSET', PLACES, ARGV[at], ARGV[at + 1])
end
redis.call('PEXPIRE', PLACES, TTL)
return 1
