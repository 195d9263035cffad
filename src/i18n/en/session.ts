export const session = {
  'fault.SESSION_CLOSING': 'This bastion is about to stop. Please log in again in a minute.',
  'fault.SESSION_LIMIT': 'Too many open sessions (the limit is {most}). Close one and try again.',
  'session.idle-near': 'No key for a while: this session ends in {minutes} min unless you press one.',
  'session.outage-near':
    'The management server has been silent for a while: this session ends in 5 minutes unless it answers.',
  'session.news.draining':
    'This bastion is about to be restarted: please finish within {minutes} min. Then the session ends.',
  'session.news.watched': '{who} is watching.',
  'session.news.joined': '{who} has joined and may type.',
  'session.news.left': '{who} is gone.',
  'session.news.locked': '{who} holds your keys: what you type is lost until they let go.',
  'session.news.unlocked': '{who} has let your keys go.',
  'guest.begin.watch': 'Watching {user} on {asset} ({session}): q leaves, r rewinds to the start.',
  'guest.begin.join':
    'Typing along with {user} on {asset} ({session}): Ctrl-] q leaves, Ctrl-] r rewinds to the start.',
  'guest.end.ended': 'The session {session} is over.',
  'guest.end.left': 'You have left {session}; it goes on.',
  'guest.end.slow':
    'Your connection did not keep up with {session}, so the view was closed. The session goes on.',
  'guest.end.not-running':
    'The session {session} cannot be watched now: it is not running, or too many look on.',
  'fault.SHARE_UNKNOWN': 'There is no open invitation with this code for {user}. Ask for a new one.',
  'fault.SHARE_LIMIT': 'Too many invitations are open at once. Please try again later.',
  'session.ended.exit': 'Connection to {asset} closed by the asset ({exit}) after {duration}.',
  'session.ended.left': 'Connection to {asset} closed.',
  'session.ended.asset-lost': 'The connection to {asset} was lost. Recorded until now.   [{session}]',
  'session.ended.killed': 'Ended by {by}. Recorded until now.   [{session}]',
  'session.ended.killed.reason': 'Ended by {by}: {reason}. Recorded until now.   [{session}]',
  'session.ended.duration': 'Ended: a session may last {minutes} minutes. Recorded until now.   [{session}]',
  'session.duration-near': 'This session ends in {minutes} min: it has lasted as long as one may.',
  'fault.SESSION_ASSET_LIMIT':
    'Too many sessions are open on this asset (the limit is {most}). Please try again later.',
  'session.ended.idle': 'Ended: no key for {minutes} minutes.   [{session}]',
  'session.ended.size': 'Ended: a session may record {megabytes} MB. All of it is recorded.   [{session}]',
  'session.size-near': 'This session ends soon: it has recorded nine tenths of {megabytes} MB.',
  'session.ended.permission': 'Ended: you may no longer use {asset}. Recorded until now.   [{session}]',
  'session.ended.outage': 'Ended: the management server has been silent for {minutes} minutes.   [{session}]',
  'session.ended.record-failed': 'Ended: this session can no longer be recorded.   [{session}]',
  'session.ended.shutdown': 'Ended: this bastion is being stopped. Recorded until now.   [{session}]',
  'session.rule.denied': '“{line}” is not allowed here (rule {rule}). The line was not run.',
  'session.rule.left':
    '“{line}” is not allowed here and could not be taken off the line. Press Ctrl-C, or delete it; it will not run.',
  'session.rule.broken':
    '“{line}” was not run: rule {rule} is no regular expression, so nothing it should judge may run. An administrator can mend it.',
  'session.rule.slow':
    '“{line}” was not run: rule {rule} takes too long to judge it. Try a shorter line, or ask an administrator.',
  'session.rule.fault': 'Not run: the command rules could not judge it. Tell an administrator.',
  'session.rule.too-long':
    'This was not run: it is too long for the command rules. Try it in smaller pieces.',
  'session.rule.history':
    '“{line}” was not run: what “!” stands for is not known before it runs. Fetch the line with the Up key instead.',
  'session.rule.ahead':
    'This was not run: what it would become is not known before the prompt is back. Wait for the prompt.',
  'session.rule.editor':
    'The editor of the shell was not opened: what is written there would run unseen. Type the line here.',
  'session.rule.macro':
    'The keyboard macro was not run: what it types would run unseen. Type the line, or fetch it with the Up key.',
  'session.rule.nul':
    'A line of the script was not run: it holds a NUL, which shells leave out, so what it would run is not known.',
  'session.paste.ask':
    '{count} lines are about to be pasted: {lines} — y pastes them, any other key does not.',
  'session.paste.answer': 'Nothing was pasted.',
  'session.paste.too-long': 'Nothing was pasted: it is longer than 256 KB. Send it as a file.',
  'session.rule.unreadable':
    'This was not run: the command rules could not see the line. Wait until the screen is still and press Enter again.',
  'session.administrator': 'an administrator',
  'session.encoding.ask':
    'Encoding is {charset}. Press u UTF-8, g GB18030, k GBK, b Big5, j Shift_JIS, l Latin-1; any other key keeps it.',
  'session.encoding.now': 'Encoding is {charset}.',
  'session.zmodem.download-refused':
    'Downloading files is not allowed here. An administrator can allow the action “download”.',
  'session.zmodem.upload-refused':
    'Uploading files is not allowed here. An administrator can allow the action “upload”.',
  'session.zmodem.silent': 'The file transfer was ended: nothing came for a minute.',
} as const
