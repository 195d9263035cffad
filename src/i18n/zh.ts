import type { en } from './en.ts'
import { asset } from './zh/asset.ts'
import { audit } from './zh/audit.ts'
import { common } from './zh/common.ts'
import { connect } from './zh/connect.ts'
import { files } from './zh/files.ts'
import { forwarding } from './zh/forwarding.ts'
import { login } from './zh/login.ts'
import { menu } from './zh/menu.ts'
import { session } from './zh/session.ts'
import { start } from './zh/start.ts'
import { web } from './zh/web.ts'

export const zh: Record<keyof typeof en, string> = {
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
}
