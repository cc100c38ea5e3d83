-- Reads entries after a position.
-- ARGV: epoch and offset of the position, how many entries, most entries kept, retention and slack
-- (ms).
-- Returns epoch, first and last offset, the entries from the position's own on (its bytes verify
-- the position), and the remains of forgotten ones; nothing if no lease is open.
-- A position beyond the end gets the last entry, one of another epoch none.
local after, count = tonumber(ARGV[2]), tonumber(ARGV[3])
if not lease_end() then
  return false
end
local state = redis.call('HMGET', STATE, 'epoch', 'first', 'last')
local epoch, last = state[1], tonumber(state[3])
local first = trim(tonumber(state[2]), last,
  tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]))
local entries, forgotten = {}, {}
if epoch == ARGV[1] then
  if after > last then
    entries = redis.call('XRANGE', LOG, integer(last), integer(last))
  else
    entries = redis.call('XRANGE', LOG, ARGV[2], '+', 'COUNT', count + 1)
    forgotten = redis.call('ZRANGEBYSCORE', FORGOTTEN, integer(after + 1), integer(after + count))
  end
end
return {epoch, integer(first), integer(last), entries, forgotten}
