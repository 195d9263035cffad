import type { Daemon } from '../daemon.ts'

export interface GreetingFacts extends Pick<Daemon, 'ssh' | 'web' | 'hostKeys'> {
  readonly version: string
  readonly demo: NonNullable<Daemon['demo']>
  /** From the start of the command to now. */
  readonly seconds: number
}

const BOLD = '\x1b[1m'
const DIM = '\x1b[2m'
const PLAIN = '\x1b[0m'

/** The first minute: what to type, exactly, and nothing else. */
export function greeting({ version, ssh, web, hostKeys, demo, seconds }: GreetingFacts): string {
  const login = `ssh -p ${ssh.port} ${demo.user}@${ssh.host}`
  const known = `[${ssh.host}]:${ssh.port}`
  const fingerprint = hostKeys[0]?.fingerprint ?? 'none'
  return [
    '',
    `${BOLD}cocod ${version}${PLAIN}  standalone (no Jumpserver configured; nothing here leaves this machine)`,
    '',
    `  ssh     ${BOLD}${login}${PLAIN}          password  ${BOLD}${demo.password.reveal()}${PLAIN}`,
    `  web     http://${web.host}:${web.port}`,
    `  assets  ${demo.assets}`,
    '',
    `  host key  ${fingerprint}  ${DIM}(an older one known? ssh-keygen -R '${known}')${PLAIN}`,
    `  Ready in ${seconds.toFixed(1)} s. Recordings: node bin/cocod replay list.   Ctrl-C ends everything.`,
    '',
    '',
  ].join('\n')
}
