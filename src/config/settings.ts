import type { z } from 'zod'
import { assets } from './settings/assets.ts'
import { core } from './settings/core.ts'
import { events } from './settings/events.ts'
import { files } from './settings/files.ts'
import { listen } from './settings/listen.ts'
import { login } from './settings/login.ts'
import { menu } from './settings/menu.ts'
import { records } from './settings/records.ts'
import { sessions } from './settings/sessions.ts'
import type { Setting } from './settings/setting.ts'
import { transfers } from './settings/transfers.ts'
import { web } from './settings/web.ts'

/** Every setting there is, a file a group. The names are coco's where coco had the setting. */
const GROUPS = {
  core: { title: 'Jumpserver core', settings: core },
  listen: { title: 'Ports and host key', settings: listen },
  login: { title: 'Login', settings: login },
  web: { title: 'Web', settings: web },
  menu: { title: 'Menu', settings: menu },
  assets: { title: 'Connections to assets', settings: assets },
  sessions: { title: 'Sessions', settings: sessions },
  records: { title: 'Recordings', settings: records },
  transfers: { title: 'Files of assets', settings: transfers },
  events: { title: 'Audit events', settings: events },
  files: { title: 'Files and log', settings: files },
} as const satisfies Record<
  string,
  { readonly title: string; readonly settings: Readonly<Record<string, Setting>> }
>

const SETTINGS = {
  ...core,
  ...listen,
  ...login,
  ...web,
  ...menu,
  ...assets,
  ...sessions,
  ...records,
  ...transfers,
  ...events,
  ...files,
} as const

export type SettingName = keyof typeof SETTINGS
export type Settings = { readonly [Name in SettingName]: z.output<(typeof SETTINGS)[Name]['schema']> }

export const isSettingName = (name: string): name is SettingName => Object.hasOwn(SETTINGS, name)
export const SETTING_NAMES: readonly SettingName[] = Object.keys(SETTINGS).filter(isSettingName)
export const settingOf = (name: SettingName): Setting => SETTINGS[name]

/** The groups in the order of the documentation, each with its title and the names of its settings. */
export const SETTING_GROUPS: ReadonlyArray<{
  readonly title: string
  readonly names: readonly SettingName[]
}> = Object.values(GROUPS).map(({ title, settings }) => ({
  title,
  names: Object.keys(settings).filter(isSettingName),
}))

/** `SSHD_PORT` → `sshd-port`, as a command line flag. */
export const flagOf = (name: SettingName): string => name.toLowerCase().replaceAll('_', '-')
