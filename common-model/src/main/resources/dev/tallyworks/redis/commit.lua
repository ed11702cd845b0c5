-- Adds what a group commit has accepted to the realtime rollups, and enqueues its jobs. Once: what is known changes nothing.
-- KEYS: token, queue, writer, rollup ..., set of attributions ...
-- ARGV: how far ahead an event that was missed may lie (ms), number of the commit, ms to remember the writer,
--       fields at most, number of jobs, job ..., number of rollups, then for each rollup:
--         kept until (ms), values, leaves and flags at most of a field, origin, the origin in words, count,
--         number of numbers, (name, count, minimum, maximum, number of limbs, (limb, increment) ...) ...,
--         number of categories, (field, number of values,
--           (value, count, number of sums, (name, number of limbs, (limb, increment) ...) ...) ...) ...
--         number of leaves, (leaf, the same without values, count, number of sums, (name, limbs as above) ...) ...
--         number of flags' values, (field, key, count) ...
--         number of registers, (path, rank) ...
--         number of samples, (path, count) ...
--       and for each set: kept until (ms), number of attributions, attribution ...
-- Result: 1 if it was added, 0 if it was known
-- Minima and maxima are texts that sort like the numbers. A name beyond a guard counts under __other__.
if redis.replicate_commands then redis.replicate_commands() end
local call = redis.call
local run = string.match(call('INFO', 'server'), 'run_id:(%w+)')
if call('HGET', KEYS[1], 'run') ~= run then
  -- By this server's clock, as the caller may have sent this long ago.
  local time = call('TIME')
  call('HSET', KEYS[1], 'run', run, 'since', string.format('%.0f', time[1] * 1000 + time[2] / 1000 + ARGV[1]))
end
if tonumber(call('GET', KEYS[3]) or 0) >= tonumber(ARGV[2]) then
  return 0
end
call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
local fieldsMax, jobs = tonumber(ARGV[4]), tonumber(ARGV[5])
local at = 6
local OTHER = '__other__'
local function nextArg()
  at = at + 1
  return ARGV[at - 1]
end
for _ = 1, jobs do
  call('LPUSH', KEYS[2], nextArg())
end
local key, origin
local function addLimbs(path)
  for _ = 1, tonumber(nextArg()) do
    local limb = nextArg()
    call('HINCRBY', key, path .. limb, nextArg())
  end
end
-- Counts under its name, unless it is new and one too many. Returns whether it did.
local function countIfFits(field, count, counter, most)
  if call('HINCRBY', key, field, count) == tonumber(count) and call('HINCRBY', key, counter, 1) > most then
    call('HINCRBY', key, counter, -1)
    call('HDEL', key, field)
    return false
  end
  return true
end
-- Counts under its name, or under OTHER where it is new and one too many. Returns the name that it counts under.
local function countNamed(path, name, count, counter, most)
  if name == OTHER then
    call('HINCRBY', key, path .. OTHER, count)
  elseif not countIfFits(path .. name, count, counter, most) then
    call('HINCRBY', key, path .. OTHER, count)
    call('HINCRBY', key, origin .. 'other', count)
    return OTHER
  end
  return name
end
local rollups = tonumber(nextArg())
for k = 4, 3 + rollups do
  key = KEYS[k]
  local keptUntil, valuesMax, leavesMax, flagsMax = nextArg(), tonumber(nextArg()), tonumber(nextArg()), tonumber(nextArg())
  origin = nextArg() .. '.'
  if call('HSETNX', key, origin .. 'origin', nextArg()) == 1 then
    call('PEXPIREAT', key, keptUntil)
  end
  call('HINCRBY', key, origin .. 'count', nextArg())
  local kept = {}
  for _ = 1, tonumber(nextArg()) do
    local given, count, least, most = nextArg(), nextArg(), nextArg(), nextArg()
    local name = countNamed(origin .. 'n.', given, count, origin .. '#n', fieldsMax)
    kept[given] = name
    local min, max = origin .. 'min.' .. name, origin .. 'max.' .. name
    local known = call('HGET', key, min)
    if not known or least < known then call('HSET', key, min, least) end
    known = call('HGET', key, max)
    if not known or most > known then call('HSET', key, max, most) end
    addLimbs(origin .. 'sum.' .. name .. '.')
  end
  for _ = 1, tonumber(nextArg()) do
    local field, values = nextArg(), tonumber(nextArg())
    local beyond = call('HSETNX', key, origin .. '#cat.' .. field, 0) == 1
      and call('HINCRBY', key, origin .. '#cat', 1) > fieldsMax
    if beyond then
      call('HDEL', key, origin .. '#cat.' .. field)
      field = OTHER
    end
    for _ = 1, values do
      local value, count = nextArg(), nextArg()
      if beyond then
        value = OTHER
        call('HINCRBY', key, origin .. 'other', count)
      end
      value = countNamed(origin .. 'cat.' .. field .. '.', value, count, origin .. '#cat.' .. field, valuesMax)
      for _ = 1, tonumber(nextArg()) do
        local number = nextArg()
        addLimbs(origin .. 'compound.' .. (kept[number] or number) .. '.' .. field .. '.' .. value .. '.')
      end
    end
  end
  for _ = 1, tonumber(nextArg()) do
    local leaf, without, count = nextArg(), nextArg(), nextArg()
    local path = origin .. 'leaf.'
    if not countIfFits(path .. leaf .. '.c', count, origin .. '#leaf', leavesMax) then
      leaf = without
      if not countIfFits(path .. leaf .. '.c', count, origin .. '#leaf', leavesMax + fieldsMax) then
        leaf = OTHER
        call('HINCRBY', key, path .. leaf .. '.c', count)
      end
    end
    for _ = 1, tonumber(nextArg()) do
      local number = nextArg()
      addLimbs(path .. leaf .. '.' .. (kept[number] or number) .. '.')
    end
  end
  for _ = 1, tonumber(nextArg()) do
    local field, flag, count = nextArg(), nextArg(), nextArg()
    local path = origin .. 'flag.' .. field .. '.'
    if not countIfFits(path .. flag, count, origin .. '#flag.' .. field, flagsMax) then
      call('HINCRBY', key, path .. OTHER, count)
    end
  end
  for _ = 1, tonumber(nextArg()) do
    local register, rank = origin .. 'unique.' .. nextArg(), nextArg()
    if tonumber(rank) > tonumber(call('HGET', key, register) or 0) then
      call('HSET', key, register, rank)
    end
  end
  for _ = 1, tonumber(nextArg()) do
    local sample = origin .. 'samples.' .. nextArg()
    call('HINCRBY', key, sample, nextArg())
  end
end
for k = 4 + rollups, #KEYS do
  local keptUntil = nextArg()
  for _ = 1, tonumber(nextArg()) do
    call('SADD', KEYS[k], nextArg())
  end
  call('PEXPIREAT', KEYS[k], keptUntil)
end
return 1
