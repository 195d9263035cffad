import { asset } from './en/asset.ts'
import { audit } from './en/audit.ts'
import { common } from './en/common.ts'
import { connect } from './en/connect.ts'
import { files } from './en/files.ts'
import { forwarding } from './en/forwarding.ts'
import { login } from './en/login.ts'
import { menu } from './en/menu.ts'
import { session } from './en/session.ts'
import { start } from './en/start.ts'
import { web } from './en/web.ts'

/** English texts, a file a room; the keys of this table are the keys of every other language. `{name}` is filled from facts. */
export const en = {
  ...common,
  ...connect,
  ...files,
  ...login,
  ...forwarding,
  ...asset,
  ...session,
  ...web,
  ...menu,
  ...audit,
  ...start,
} as const
