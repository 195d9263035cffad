import { Fault } from '../base/fault.ts'

export type FilesErrorCode =
  /** Core does not grant uploads or downloads there. Facts: `asset`, `account`, `path`. */
  | 'FILES_NO_UPLOAD'
  | 'FILES_NO_DOWNLOAD'
  /** A path leads out of the directory that files are confined to. Facts: `path`, `root`. */
  | 'FILES_OUTSIDE'
  /** Too long, or with characters no path may have. */
  | 'FILES_PATH'
  /** The directories above the assets cannot be changed. */
  | 'FILES_TREE'
  | 'FILES_TWO_ASSETS'
  /** Facts: `most`. */
  | 'FILES_HANDLES'
  | 'FILES_PACKET'
  /** The asset has no SFTP server. */
  | 'FILES_NO_SFTP'
  /** The directory files are confined to is not there. Facts: `root`. */
  | 'FILES_ROOT'
  /** The connection was ended: by an administrator, a withdrawn grant, … Facts: `asset`, `account`. */
  | 'FILES_ENDED'
  | 'FILES_KILLED'
  | 'FILES_WITHDRAWN'
  | 'FILES_OUTAGE'
  | 'FILES_UNRECORDED'
  | 'FILES_SHUTDOWN'
  /** A transfer that cannot be followed is forbidden here, or not granted. Facts: `program`. */
  | 'FILES_UNPARSED'
  | 'FILES_UNPARSED_RIGHTS'
  /** What cannot be confined to a directory is refused where there is one. Facts: `program`, `root`. */
  | 'FILES_CONFINED'
  /** A command rule denies it. Facts: `command`. */
  | 'FILES_RULE'

/** Why something was not done with a file. */
export class FilesError extends Fault<FilesErrorCode> {
  override readonly name = 'FilesError'
}
