import type { Settings } from '../config/settings.ts'
import type { AppService } from '../core/app-service.ts'
import type { Target } from '../core/model.ts'
import { Files, type FilesDeps } from '../files/files.ts'
import { parseScp } from '../files/scp/command.ts'
import { carrierIn } from '../files/unparsed.ts'
import { sayFault } from '../i18n/i18n.ts'
import { resolveDirect } from '../menu/direct.ts'
import type { SshdHandlers, Visit } from '../sshd/session-request.ts'
import type { Exit } from '../terminal/terminal.ts'

export function buildFiles({
  settings,
  ...deps
}: Omit<FilesDeps, 'options'> & { settings: Settings }): Files {
  return new Files({
    ...deps,
    options: {
      root: settings.SFTP_ROOT,
      directRoot: settings.SFTP_ROOT_DIRECT,
      showHidden: settings.SFTP_SHOW_HIDDEN_FILE,
      forceRemove: settings.FORCE_REMOVE_FOLDER,
      unparsed: settings.UNPARSED_TRANSFER,
    },
  })
}

interface FilesWay {
  readonly files: Files
  readonly core: Pick<AppService, 'assets'>
}

const OK: Exit = { kind: 'status', code: 0 }
const FAILED: Exit = { kind: 'status', code: 255 }

/** The same door, with files: the subsystem `sftp`, scp's old protocol, and what carries files unseen. */
export function withFiles(handlers: SshdHandlers, way: FilesWay): SshdHandlers {
  return {
    ...handlers,
    onSubsystem: async (visit) => {
      if (visit.subsystem === 'sftp') return await sftp(visit, way)
      return (await handlers.onSubsystem?.(visit)) ?? FAILED
    },
    onExec: (visit) => exec(visit, way, () => handlers.onExec(visit)),
  }
}

type ExecVisit = Parameters<SshdHandlers['onExec']>[0]

/** On a PTY no program carries files: bytes would not survive it. */
async function exec(visit: ExecVisit, { files, core }: FilesWay, run: () => Promise<Exit>): Promise<Exit> {
  const { command, terminal, principal, signal } = visit
  const scp = parseScp(command)
  const program = scp ? 'scp' : carrierIn(command)
  if (terminal.pty || program === undefined) return await run()
  const target = await targetOf(visit, core)
  if (!target) return await run()
  const stop = AbortSignal.any([signal, terminal.gone])
  if (!scp) return await files.unparsed({ principal, target, command, program }, stop, run)
  const { input, output, errors, gone } = terminal
  return await files.scp({ principal, target, command, scp, signal, ends: { input, output, errors, gone } })
}

async function sftp(visit: Visit, { files, core }: FilesWay): Promise<Exit> {
  const { terminal, principal, direct, signal } = visit
  const target = direct && (await targetOf(visit, core))
  const ending = await files.sftp({
    principal,
    target,
    signal,
    ends: {
      input: terminal.input,
      output: terminal.output,
      gone: terminal.gone,
      say: (error) => sayFault(principal.language, error),
      tell: (sentence) => terminal.errors.write(`cocod: ${sentence}\n`),
    },
  })
  return ending.kind === 'left' ? OK : FAILED
}

/** A machine never meets a prompt: several accounts are an error that names them. */
async function targetOf(
  { terminal, principal, direct, signal }: Visit,
  core: FilesWay['core'],
): Promise<Target | undefined> {
  if (!direct) return undefined
  const { user } = principal
  const assets = await core.assets(user, { signal: AbortSignal.any([signal, terminal.gone]) })
  return await resolveDirect({ login: direct, username: user.username, assets })
}
