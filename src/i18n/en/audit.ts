export const audit = {
  'fault.AUDIT_DISK_RESERVE':
    'There is too little disk space left to record a session, so none can be opened. An administrator needs to look at it.',
  'fault.AUDIT_DISK_LIMIT':
    'The recordings have taken all the space they may, so no session can be opened. An administrator needs to look at it.',
  'fault.AUDIT_WRITE': 'This session cannot be recorded any more. An administrator needs to look at it.',
  'fault.AUDIT_NEWER': 'This recording was made by a newer version and cannot be read here.',
  'fault.AUDIT_DAMAGED': 'This recording is damaged and cannot be read.',
  'fault.AUDIT_NO_SESSION': 'There is no one session by that id.',
} as const
