-- KEYS: doors, a hash: process -> "<ms> <counts as JSON>", "past" -> counts of processes that are no more, "folded:<process>" -> when.
-- ARGV: process, its counts, ms after which a silent process counts as gone.
-- Answers every process's counts; nothing where this one was taken for gone: what it told last is in the past, and only the rest is its own.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
if redis.call('HDEL', KEYS[1], 'folded:' .. ARGV[1]) == 1 then
  return false
end
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f ', now) .. ARGV[2])
redis.call('PEXPIRE', KEYS[1], 86400000)

local function add(sum, counts)
  for name, value in pairs(counts) do
    if type(value) == 'table' then
      sum[name] = sum[name] or {}
      add(sum[name], value)
    else
      sum[name] = (sum[name] or 0) + value
    end
  end
end

local kept, told = redis.call('HGETALL', KEYS[1]), {}
local past, folds = nil, false
for place = 1, #kept, 2 do
  if kept[place] == 'past' then
    past = cjson.decode(string.match(kept[place + 1], ' (.*)$'))
  end
end
for place = 1, #kept, 2 do
  local process, at, counts = kept[place], string.match(kept[place + 1], '^(%d+) (.*)$')
  local silent = now - tonumber(at) > tonumber(ARGV[3])
  if string.sub(process, 1, 7) == 'folded:' then
    if now - tonumber(at) > 86400000 then
      redis.call('HDEL', KEYS[1], process)
    end
  elseif process ~= 'past' then
    if silent then
      past, folds = past or {}, true
      add(past, cjson.decode(counts))
      redis.call('HDEL', KEYS[1], process)
      redis.call('HSET', KEYS[1], 'folded:' .. process, string.format('%.0f ', now))
    else
      told[#told + 1] = counts
    end
  end
end
if past then
  local counts = cjson.encode(past)
  told[#told + 1] = counts
  if folds then
    redis.call('HSET', KEYS[1], 'past', string.format('%.0f ', now) .. counts)
  end
end
return told
