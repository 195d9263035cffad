import { expect } from 'vitest'
import { type Clock, systemClock } from '../../../src/base/clock.ts'
import { Secret } from '../../../src/base/secret.ts'
import { HttpAppService } from '../../../src/core/http-app-service.ts'
import type { FileLogRecord, SessionRecord } from '../../../src/core/model.ts'
import { SettingsReader } from '../../../src/core/settings.ts'
import type { AccessKey } from '../../../src/core/sign.ts'
import { CoreTransport, type TransportLimits } from '../../../src/core/transport.ts'
import { type Log, silentLog } from '../../../src/log.ts'
import { PAIRS_KEY } from '../../fixtures/core-fixtures.ts'

export const secretKey = ({ id, secret }: { id: string; secret: string }): AccessKey => ({
  id,
  secret: new Secret(secret),
})

/** The core room put together against `address`, as the daemon does it. */
export class CoreParts implements AsyncDisposable {
  readonly transport: CoreTransport
  readonly settings: SettingsReader
  readonly service: HttpAppService

  constructor(
    address: string,
    { key = secretKey(PAIRS_KEY), clock = systemClock, limits = {}, log = silentLog() }: CoreGiven = {},
  ) {
    this.transport = new CoreTransport({ address, clock, limits })
    const core = this.transport
    this.settings = new SettingsReader({ core, key, clock, log })
    this.service = new HttpAppService({ core, key, clock, log, settings: this.settings })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.settings[Symbol.asyncDispose]()
    this.transport[Symbol.dispose]()
  }
}

export interface CoreGiven {
  key?: AccessKey
  clock?: Clock
  limits?: Partial<TransportLimits>
  log?: Log
}

export const sessionRecord = (given: Partial<SessionRecord> = {}): SessionRecord => ({
  id: '3979ac20-b6ba-56a5-9e76-67d0eb7c3d1f',
  user: '张三 (zhangsan)',
  asset: 'web-01',
  systemUser: 'root',
  orgId: '',
  loginFrom: 'ST',
  remoteAddr: '203.0.113.7',
  dateStart: Date.UTC(2019, 7, 26, 10, 0, 0),
  ...given,
})

export const fileLog = (given: Partial<FileLogRecord> = {}): FileLogRecord => ({
  id: '95cb8cc7-20a3-543d-ad35-11d511af1122',
  user: '张三 (zhangsan)',
  asset: 'web-01',
  systemUser: 'root',
  orgId: '',
  remoteAddr: '203.0.113.7',
  operate: 'Upload',
  filename: '/data/报表.xlsx',
  isSuccess: true,
  at: Date.UTC(2019, 7, 26, 10, 0, 0),
  ...given,
})

// The matchers of vitest are of type any.
export const containing = (text: string): unknown => expect.stringContaining(text)
export const matching = (pattern: RegExp): unknown => expect.stringMatching(pattern)
