import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { isMissingFile } from '../base/system-error.ts'
import type { Settings } from '../config/settings.ts'
import type { CoreSettings } from '../core/model.ts'
import type { Log } from '../log.ts'
import type { MenuHabits } from '../menu/by-menu.ts'
import { People } from '../menu/people.ts'

export interface MenuParts {
  readonly settings: Pick<
    Settings,
    | 'DATA_DIR'
    | 'ASSET_LIST_SORT_BY'
    | 'ASSET_LIST_PAGE_SIZE'
    | 'ANNOUNCEMENT_FILE'
    | 'SECURITY_MAX_IDLE_TIME'
  >
  readonly core: { readonly settings: CoreSettings }
  readonly clock: Clock
  readonly log: Log
}

/** What the menu needs for everybody: what is remembered of people, and its habits. */
export function menuHouse({ settings, core, clock, log }: MenuParts): {
  readonly people: People
  readonly habits: MenuHabits
} {
  return {
    people: new People({ directory: join(settings.DATA_DIR, 'people'), clock, log }),
    habits: {
      sortBy: () => core.settings.sortBy ?? settings.ASSET_LIST_SORT_BY,
      pageRows: () => core.settings.pageSize ?? settings.ASSET_LIST_PAGE_SIZE,
      idleMinutes: () => core.settings.maxIdleMinutes ?? settings.SECURITY_MAX_IDLE_TIME,
      announcement: async () => {
        const { ANNOUNCEMENT_FILE: file } = settings
        return file === undefined ? [] : readLines(file, log)
      },
    },
  }
}

const MOST_BYTES = 8192
const MOST_LINES = 30

/** The beginning of a text file. One that is not there says nothing; one that cannot be read stops no login. */
async function readLines(path: string, log: Log): Promise<readonly string[]> {
  try {
    await using file = await open(path, 'r')
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0)
    const text = new TextDecoder().decode(buffer.subarray(0, bytesRead)).trimEnd()
    return text === '' ? [] : text.split(/\r?\n/).slice(0, MOST_LINES)
  } catch (err) {
    if (!isMissingFile(err)) log.warn({ err, path }, 'the announcement cannot be read')
    return []
  }
}
