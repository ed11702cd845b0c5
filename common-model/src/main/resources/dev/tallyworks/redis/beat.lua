-- Begins anew where the data were lost, or says that nothing was ever missed.
-- KEYS: token
-- ARGV: 'lost', how far ahead an event that was missed may lie (ms); or 'none', the instant to put 0 in the place of (ms)
-- Result: from when on nothing is missing (ms), where the token is of this run of the server
if redis.replicate_commands then redis.replicate_commands() end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local token = redis.call('HMGET', KEYS[1], 'run', 'since')
if ARGV[1] == 'lost' then
  if token[1] ~= run then
    -- By this server's clock, as the caller may have sent this long ago.
    local time = redis.call('TIME')
    local since = string.format('%.0f', time[1] * 1000 + time[2] / 1000 + ARGV[2])
    redis.call('HSET', KEYS[1], 'run', run, 'since', since)
  end
elseif token[1] == run and token[2] == ARGV[2] then
  redis.call('HSET', KEYS[1], 'since', '0')
end
return tonumber(redis.call('HGET', KEYS[1], 'since'))
