import { z } from 'zod'
import { onOff, setting } from './setting.ts'

const DIRECTORY = { error: 'neither an absolute path, nor home, nor ~' }
const directory = z
  .string()
  .trim()
  .regex(/^(?:\/.*|home|~)$/, DIRECTORY)

export const transfers = {
  SFTP_ROOT: setting({
    schema: directory.default('/tmp'),
    about: 'Directory of an asset that the SFTP tree shows: a path, home (or ~), or / for all.',
    example: '/tmp',
  }),
  SFTP_ROOT_DIRECT: setting({
    schema: directory.default('/'),
    about: 'Directory to which SFTP and scp are confined on a direct login, with the asset’s own paths.',
    example: '/',
  }),
  SFTP_SHOW_HIDDEN_FILE: setting({
    schema: onOff.default(false),
    about: 'List names that begin with a dot in the SFTP tree. A direct login always lists them.',
    example: 'no',
  }),
  FORCE_REMOVE_FOLDER: setting({
    schema: onOff.default(false),
    about: 'Removing a directory by SFTP removes all that is in it.',
    example: 'no',
  }),
  UNPARSED_TRANSFER: setting({
    schema: z.enum(['allow', 'deny'], { error: 'neither allow nor deny' }).default('allow'),
    about: 'rsync, tar and other commands that carry files unseen: allow (with upload and download) or deny.',
    example: 'allow',
  }),
} as const
