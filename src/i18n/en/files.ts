export const files = {
  'fault.FILES_NO_UPLOAD': 'You may not upload to or change files on {asset} as “{account}”: {path}',
  'fault.FILES_NO_DOWNLOAD': 'You may not download files from {asset} as “{account}”: {path}',
  'fault.FILES_OUTSIDE': '{path} leads out of {root} on {asset}, to which files are confined here.',
  'fault.FILES_PATH':
    'This path is not passed on (too long, or with a line break, or outside of what is allowed): {path}',
  'fault.FILES_TREE': '{path} is a list of assets and cannot be changed. Go into an asset first.',
  'fault.FILES_TWO_ASSETS':
    'A file cannot be moved from {from} to {to}: they are not the same asset and account. Copy it, then remove it.',
  'fault.FILES_HANDLES': 'Too many files are open at once (the limit is {most}). Close some and try again.',
  'fault.FILES_PACKET': 'This client sent what is no SFTP. Please use another one.',
  'fault.FILES_NO_SFTP':
    '{asset} offers no SFTP. An administrator can switch it on in its SSH server (Subsystem sftp).',
  'fault.FILES_ROOT': 'The directory {root} is not there on {asset}. An administrator can change it.',
  'fault.FILES_ENDED': 'The connection to {asset} as “{account}” was ended. Please log in again.',
  'fault.FILES_KILLED': 'An administrator ended the connection to {asset} as “{account}”.',
  'fault.FILES_WITHDRAWN': 'The connection to {asset} as “{account}” was ended: you may no longer use it.',
  'fault.FILES_OUTAGE':
    'The connection to {asset} as “{account}” was ended: the management server does not answer. Please try again later.',
  'fault.FILES_UNRECORDED':
    'The connection to {asset} as “{account}” was ended: it can no longer be recorded. Please tell an administrator.',
  'fault.FILES_SHUTDOWN':
    'The connection to {asset} as “{account}” was ended: this bastion is being stopped. Please log in again later.',
  'fault.FILES_UNPARSED':
    'Transfers by {program} cannot be followed and are not allowed here. Use sftp, or scp.',
  'fault.FILES_UNPARSED_RIGHTS':
    'Transfers by {program} cannot be followed, so they need both upload and download on {asset}, which you do not have.',
  'fault.FILES_CONFINED':
    'Files on {asset} are confined to {root}, and {program} cannot be held there. Use sftp, or scp without -O.',
  'fault.FILES_RULE': 'A command rule of {asset} does not allow this: {command}',
} as const
