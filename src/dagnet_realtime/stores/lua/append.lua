-- ARGV: bound, retention, slack, span of the window, entries of a generation; then fingerprint, received at ('' unknown) and bytes of each.
-- Answers one digit an entry (1 taken, 0 duplicate), nothing where nobody watches.
local bound, retention, slack = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local span, most = tonumber(ARGV[4]), tonumber(ARGV[5])
local ends = living()
if not ends then
  return false
end
local state = redis.call('HMGET', STATE, 'epoch', 'first', 'last', 'young', 'began', 'dropped')
local epoch, first, last = state[1], tonumber(state[2]), tonumber(state[3])
local young, began, dropped = tonumber(state[4]), tonumber(state[5]), tonumber(state[6])

local prints, places = {}, {}
for place = 6, #ARGV, 3 do
  prints[#prints + 1] = ARGV[place]
end
local seen = redis.call('SMISMEMBER', KEYS[4 + young], unpack(prints))
local long_seen = redis.call('SMISMEMBER', KEYS[5 - young], unpack(prints))
local fresh, here, outcomes = {}, {}, {}
for number, print in ipairs(prints) do
  if seen[number] == 1 or long_seen[number] == 1 or here[print] then
    outcomes[number] = '0'
  else
    outcomes[number], here[print] = '1', true
    fresh[#fresh + 1], places[#places + 1] = print, 3 + 3 * number
  end
end
if #fresh == 0 then
  return table.concat(outcomes)
end

if now - began >= span or redis.call('SCARD', KEYS[4 + young]) >= most then
  young, dropped, began = 1 - young, began, now
  redis.call('UNLINK', KEYS[4 + young])
  redis.call('HSET', STATE, 'young', young, 'began', whole(began), 'dropped', whole(dropped))
end
redis.call('SADD', KEYS[4 + young], unpack(fresh))
redis.call('PEXPIREAT', KEYS[4 + young], whole(ends))

local window = math.max(now - span, dropped)
for _, place in ipairs(places) do
  last = last + 1
  local received, id = tonumber(ARGV[place + 1]), whole(last) .. '-' .. whole(now)
  if received and received < window then
    redis.call('XADD', LOG, id, epoch, ARGV[place + 2], 'r', '')
  else
    redis.call('XADD', LOG, id, epoch, ARGV[place + 2])
  end
end
redis.call('HSET', STATE, 'last', whole(last))
trimmed(first, last, bound, retention, slack)
for _, key in ipairs({LOG, FORGOTTEN}) do
  redis.call('PEXPIREAT', key, whole(math.min(ends, now + retention + slack)))
end
return table.concat(outcomes)
