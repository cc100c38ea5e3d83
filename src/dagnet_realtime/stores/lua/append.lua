-- Appends entries that the dedupe window has not seen.
-- ARGV: most entries kept, retention and slack (ms), span of the window (ms), fingerprints per
-- generation; then for each entry its fingerprint, when Segment received it (ms, '' if unknown),
-- and its bytes.
-- Returns one digit per entry (1 taken, 0 duplicate), or nothing if no lease is open.
local bound, retention, slack = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local span, max_fingerprints = tonumber(ARGV[4]), tonumber(ARGV[5])
local ends = lease_end()
if not ends then
  return false
end
local state = redis.call('HMGET', STATE, 'epoch', 'first', 'last', 'young', 'began', 'dropped')
local epoch, first, last = state[1], tonumber(state[2]), tonumber(state[3])
local young, began, dropped = tonumber(state[4]), tonumber(state[5]), tonumber(state[6])

local prints, new_at = {}, {}
for at = 6, #ARGV, 3 do
  prints[#prints + 1] = ARGV[at]
end
local seen = redis.call('SMISMEMBER', KEYS[4 + young], unpack(prints))
local seen_before = redis.call('SMISMEMBER', KEYS[5 - young], unpack(prints))
local fresh, in_batch, outcomes = {}, {}, {}
for number, print in ipairs(prints) do
  if seen[number] == 1 or seen_before[number] == 1 or in_batch[print] then
    outcomes[number] = '0'
  else
    outcomes[number], in_batch[print] = '1', true
    fresh[#fresh + 1], new_at[#new_at + 1] = print, 3 + 3 * number
  end
end
if #fresh == 0 then
  return table.concat(outcomes)
end

if now - began >= span or redis.call('SCARD', KEYS[4 + young]) >= max_fingerprints then
  young, dropped, began = 1 - young, began, now
  redis.call('UNLINK', KEYS[4 + young])
  redis.call('HSET', STATE, 'young', young, 'began', integer(began), 'dropped', integer(dropped))
end
redis.call('SADD', KEYS[4 + young], unpack(fresh))
redis.call('PEXPIREAT', KEYS[4 + young], integer(ends))

local window = math.max(now - span, dropped)
for _, at in ipairs(new_at) do
  last = last + 1
  local received, id = tonumber(ARGV[at + 1]), integer(last) .. '-' .. integer(now)
  if received and received < window then
    redis.call('XADD', LOG, id, epoch, ARGV[at + 2], 'r', '')
  else
    redis.call('XADD', LOG, id, epoch, ARGV[at + 2])
  end
end
redis.call('HSET', STATE, 'last', integer(last))
trim(first, last, bound, retention, slack)
for _, key in ipairs({LOG, FORGOTTEN}) do
  redis.call('PEXPIREAT', key, integer(math.min(ends, now + retention + slack)))
end
return table.concat(outcomes)
