-- Begins anew where the data were lost; or says that nothing was ever missed.
-- KEYS: token
-- ARGV: from when on nothing is missing (ms), 'lost' to begin with it after a loss, or 'none' to put 0 in its place
-- Result: from when on nothing is missing (ms), where the token is of this run of the server
if redis.replicate_commands then redis.replicate_commands() end
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local token = redis.call('HMGET', KEYS[1], 'run', 'since')
if ARGV[2] == 'lost' then
  if token[1] ~= run then
    redis.call('HSET', KEYS[1], 'run', run, 'since', ARGV[1])
  end
elseif token[1] == run and token[2] == ARGV[1] then
  redis.call('HSET', KEYS[1], 'since', '0')
end
return tonumber(redis.call('HGET', KEYS[1], 'since'))
