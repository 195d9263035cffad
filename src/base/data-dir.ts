import { join } from 'node:path'

/** Files at the top of DATA_DIR that the daemon and the commands that look for it must agree on. */
export const lockPath = (dataDir: string): string => join(dataDir, 'lock')
export const controlPath = (dataDir: string): string => join(dataDir, 'control.sock')
export const sessionsPath = (dataDir: string): string => join(dataDir, 'sessions')

/** Pinned host keys of assets. */
export const knownHostsPath = (dataDir: string): string => join(dataDir, 'known_hosts')

/** Audit events that wait for AUDIT_SYSLOG and AUDIT_WEBHOOK. */
export const eventsPath = (dataDir: string): string => join(dataDir, 'events.db')

/** What people did with the records and keys on the command line, until the daemon has it in its log. */
export const actsPath = (dataDir: string): string => join(dataDir, 'acts')
