import type { Asset } from '../../../src/core/model.ts'
import type { Language } from '../../../src/i18n/i18n.ts'
import { silentLog } from '../../../src/log.ts'
import { type VisitDeps, visit } from '../../../src/menu/visit.ts'
import { styleFor } from '../../../src/terminal/ansi.ts'
import { anAccount, anAsset } from '../../fixtures/granted.ts'
import { ManualClock } from '../../fixtures/manual-clock.ts'
import { MemoryTerminal, type MemoryTerminalOptions } from '../../fixtures/memory-terminal.ts'
import { aPrincipal } from '../../fixtures/people.ts'

export interface VisitOptions extends MemoryTerminalOptions {
  readonly language?: Language
  readonly assets?: VisitDeps['assets'] | readonly Asset[]
  readonly openSession?: VisitDeps['openSession']
}

/** A visit on a terminal in memory, waiting at its first prompt (or not, when nothing answers yet). */
export function startVisit(options: VisitOptions = {}) {
  const { language = 'en', assets = someAssets(), openSession } = options
  const terminal = new MemoryTerminal(options)
  const clock = new ManualClock()
  const stop = new AbortController()
  const opened: string[] = []
  const ended = visit(
    {
      terminal,
      principal: { ...aPrincipal(), language },
      assets: typeof assets === 'function' ? assets : () => Promise.resolve(assets),
      style: styleFor(terminal.pty),
      node: 'bastion-1',
      clock,
      log: silentLog(),
      openSession: async (on, principal, target) => {
        opened.push(`${target.systemUser.username}@${target.asset.hostname}`)
        return await openSession?.(on, principal, target)
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
    ended,
    asked,
    enter,
    [Symbol.dispose]: () => terminal[Symbol.dispose](),
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
