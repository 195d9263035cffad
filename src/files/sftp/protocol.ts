// SFTP version 3 (draft-ietf-secsh-filexfer-02), the one that everybody speaks, with OpenSSH's extensions (section 4 of
// its PROTOCOL file). A packet is: length (4 bytes), type (1), and, but for the first of each side, an id (4).

export const PACKET = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const

export const STATUS = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  noConnection: 6,
  connectionLost: 7,
  unsupported: 8,
} as const

/** Flags of OPEN. */
export const OPEN = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const

export const VERSION = 3
/** What OpenSSH takes, length field not counted. */
export const MOST_PACKET = 256 * 1024
/** Where the fields behind length, type and id begin. */
export const BODY = 9

export const EXTENSION = {
  posixRename: 'posix-rename@openssh.com',
  statvfs: 'statvfs@openssh.com',
  fstatvfs: 'fstatvfs@openssh.com',
  hardlink: 'hardlink@openssh.com',
  fsync: 'fsync@openssh.com',
  lsetstat: 'lsetstat@openssh.com',
  limits: 'limits@openssh.com',
  expandPath: 'expand-path@openssh.com',
  copyData: 'copy-data',
  homeDirectory: 'home-directory',
  usersGroupsById: 'users-groups-by-id@openssh.com',
} as const

/** Standard texts, for a server that gives a code alone. */
const TEXTS: readonly string[] = [
  'Success',
  'End of file',
  'No such file',
  'Permission denied',
  'Failure',
  'Bad message',
  'No connection',
  'Connection lost',
  'Operation unsupported',
]

export const statusText = (code: number): string => TEXTS[code] ?? `Error ${code}`
