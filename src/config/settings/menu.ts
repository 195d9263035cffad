import { z } from 'zod'
import { count, setting, text } from './setting.ts'

export const menu = {
  ASSET_LIST_SORT_BY: setting({
    schema: z.enum(['hostname', 'ip'], { error: 'neither hostname nor ip' }).default('hostname'),
    about: 'Order of the lists in the menu: hostname or ip. Core’s value wins.',
    example: 'hostname',
  }),
  ASSET_LIST_PAGE_SIZE: setting({
    schema: z
      .union([z.enum(['auto', 'all']), count(10_000)], { error: 'neither auto nor all nor a number of rows' })
      .default('auto'),
    about: 'Rows of a page in the menu: auto (as the window has room), all, or a number. Core’s value wins.',
    example: 'auto',
  }),
  ANNOUNCEMENT_FILE: setting({
    schema: text.optional(),
    about: 'A text file shown above the menu, read anew at each login; empty or missing: nothing.',
    example: '/etc/cocod/announcement.txt',
    path: true,
  }),
} as const
