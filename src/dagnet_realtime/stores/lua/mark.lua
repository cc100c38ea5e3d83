-- KEYS[1] is the mark of a store that has lost nothing: when it was made, in ms, or 0 if a process found the store new at its start.
-- Stands before the scripts that look at sessions. A store that dies and comes back, or is emptied, has lost its mark too.
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)

local function whole(number)
  return string.format('%.0f', number)
end

-- How many ms ago the mark was made, as text.
local function age()
  local made = tonumber(redis.call('GET', KEYS[1]))
  if made then
    redis.call('PEXPIRE', KEYS[1], 86400000)
  else
    made = now
    redis.call('SET', KEYS[1], whole(now), 'PX', 86400000)
  end
  return whole(now - made)
end
