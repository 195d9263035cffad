import type { Asset, Node } from '../../../src/core/model.ts'
import type { Language } from '../../../src/i18n/i18n.ts'
import { silentLog } from '../../../src/log.ts'
import { Catalogues } from '../../../src/menu/catalogues.ts'
import { Desk } from '../../../src/menu/desk.ts'
import type { PageRows } from '../../../src/menu/look.ts'
import { NOBODY, type Person } from '../../../src/menu/person.ts'
import type { SortBy } from '../../../src/menu/search.ts'
import { type VisitDeps, visit } from '../../../src/menu/visit.ts'
import { SessionGuests } from '../../../src/session/guests.ts'
import { LocalSessionRegistry, type SessionRegistry } from '../../../src/session/registry.ts'
import { SessionShares } from '../../../src/session/shares.ts'
import { anAccount, anAsset } from '../../fixtures/granted.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryTerminal, type MemoryTerminalOptions } from '../../fixtures/memory-terminal.ts'
import { aPrincipal } from '../../fixtures/people.ts'

export interface VisitOptions extends MemoryTerminalOptions {
  readonly language?: Language
  readonly assets?: VisitDeps['assets'] | readonly Asset[]
  readonly nodes?: readonly Node[]
  readonly openSession?: VisitDeps['openSession']
  /** What is known of alice from earlier logins. */
  readonly person?: Partial<Person>
  readonly welcome?: Partial<VisitDeps['welcome']>
  readonly sortBy?: SortBy
  readonly pageRows?: PageRows
  readonly idleMinutes?: number
  readonly catalogues?: Catalogues
  /** Sessions that run. */
  readonly registry?: SessionRegistry
  /** Core's role of alice. */
  readonly role?: string
}

/** A visit on a terminal in memory, waiting at its first prompt (or not, when nothing answers yet). */
export function startVisit(options: VisitOptions = {}) {
  const { language = 'en', assets = someAssets(), openSession } = options
  const terminal = new MemoryTerminal(options)
  const clock = new ManualClock()
  const stop = new AbortController()
  const opened: string[] = []
  const remembered = new Memory({ ...NOBODY, ...options.person })
  const { catalogues = new Catalogues() } = options
  const { nodes = [], sortBy = 'hostname', pageRows = 'auto', idleMinutes = 30 } = options
  const fetch = typeof assets === 'function' ? assets : () => Promise.resolve(assets)
  const desk = new Desk({
    terminal,
    language,
    clock,
    idleMinutes: () => idleMinutes,
    pageRows: () => pageRows,
  })
  const principal = { ...aPrincipal(), language }
  const user = { ...principal.user, ...(options.role !== undefined && { role: options.role }) }
  const registry = options.registry ?? new LocalSessionRegistry({ total: 10, perUser: 10 }, clock)
  const guests = new SessionGuests({ registry, shares: new SessionShares(clock), clock, announced: true })
  const welcome = { name: 'alice', node: 'bastion-1', header: undefined, lastLogin: undefined }
  const ended = visit(
    {
      ...{ desk, principal, remembered, user, guests, catalogues },
      assets: fetch,
      nodes: () => Promise.resolve(nodes),
      // The first node has all, another one the asset with its name as comment.
      nodeAssets: async (nodeId) => {
        const all = await fetch({ fresh: false, signal: stop.signal })
        return nodeId === nodes[0]?.id ? all : all.filter(({ comment }) => comment === nodeId)
      },
      sortBy: () => sortBy,
      welcome: { ...welcome, announcement: [], ...options.welcome },
      log: silentLog(),
      showSession: async (session, types) => {
        opened.push(`${types ? 'joined' : 'watched'} ${session.id}`)
      },
      openSession: async (on, by, target) => {
        opened.push(`${target.systemUser.username}@${target.asset.hostname}`)
        return await openSession?.(on, by, target)
      },
    },
    stop.signal,
  )
  /** Waits until the menu asks, with this prompt. */
  const asked = async (prompt = 'Opt>'): Promise<void> => {
    await terminal.settled()
    await terminal.screen.until((text) => text.endsWith(`\n${prompt}`) || text === prompt)
  }
  /** Enters a line and waits for the next prompt. */
  const enter = async (line: string, prompt?: string): Promise<void> => {
    terminal.type(`${line}\r`)
    await asked(prompt)
  }
  return {
    terminal,
    clock,
    stop,
    opened,
    remembered,
    ended,
    asked,
    enter,
    [Symbol.dispose]: () => terminal[Symbol.dispose](),
  }
}

/** What is remembered of one person, in memory. */
class Memory {
  person: Person

  constructor(person: Person) {
    this.person = person
  }

  change(by: (person: Person) => Person): void {
    this.person = by(this.person)
  }
}

/** What alice may use. */
export const someAssets = (): readonly Asset[] => [
  anAsset('web-01', {
    ip: '10.1.2.11',
    comment: 'front, cn-north',
    systemUsers: [anAccount('root'), anAccount('deploy')],
  }),
  anAsset('web-02', { ip: '10.1.2.12', comment: '前端 备用' }),
  anAsset('数据库-主', { ip: '10.1.9.7', comment: '订单库\n请勿重启' }),
  anAsset('win-01', { ip: '10.1.3.1', protocols: [{ name: 'rdp', port: 3389 }], systemUsers: [] }),
  anAsset('old-switch', {
    ip: '10.1.4.1',
    protocols: [{ name: 'telnet', port: 23 }],
    systemUsers: [anAccount('admin', { protocol: 'telnet' })],
  }),
  anAsset('evil', { ip: '10.6.6.6', comment: '\x1b[2J\x1b]0;owned\x07\u202egnp.exe' }),
]
