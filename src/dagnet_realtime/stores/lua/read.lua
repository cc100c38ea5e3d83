-- ARGV: epoch and offset of a position, how many entries, bound, retention, slack.
-- Answers epoch, first and last offset, and the entries from the position's own on, and what stays of
-- those that were forgotten; nothing where the life is over.
-- Of a position beyond the end the last entry is given, of another epoch none.
local after, count = tonumber(ARGV[2]), tonumber(ARGV[3])
if not living() then
  return false
end
local state = redis.call('HMGET', STATE, 'epoch', 'first', 'last')
local epoch, last = state[1], tonumber(state[3])
local first = trimmed(tonumber(state[2]), last, tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]))
local entries, forgotten = {}, {}
if epoch == ARGV[1] then
  if after > last then
    entries = redis.call('XRANGE', LOG, whole(last), whole(last))
  else
    entries = redis.call('XRANGE', LOG, ARGV[2], '+', 'COUNT', count + 1)
    forgotten = redis.call('ZRANGEBYSCORE', FORGOTTEN, whole(after + 1), whole(after + count))
  end
end
return {epoch, whole(first), whole(last), entries, forgotten}
