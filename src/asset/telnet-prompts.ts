// What telnet servers ask, in English and Chinese, by their last line. Linux, BSD, Cisco, Huawei, H3C, Juniper, Windows.

/** Decides by a piece of text; made of an administrator's regular expression. Undefined: it cannot say. */
export type TextTest = (text: string) => boolean | undefined

export interface PromptTests {
  /** Shows that a login worked. */
  readonly ready?: TextTest | undefined
  readonly account?: TextTest | undefined
  readonly password?: TextTest | undefined
}

export type Prompt = 'account' | 'password' | 'ready' | 'return' | 'other'

const ACCOUNT =
  /(?:login|user ?name|user ?id|user|account|用户名?|登录名?|登錄|帐号|账号|账户|帳號)\s*[:：]\s*$/i
const PASSWORD = /(?:password|passwd|passcode|pass ?phrase|密码|密碼|口令)[^\n:：]{0,60}[:：]\s*$/i
/** A prompt of a shell or of a device's command line. */
const READY = /[#$>%\]❯➜]\s*$/
const RETURN =
  /(?:press|hit)\s+(?:the\s+)?(?:<?enter>?|<?return>?|any key)[^\n]{0,60}$|按.{0,4}(?:回车|任意键)[^\n]{0,20}$/i
const REFUSED =
  /incorrect|invalid|fail(?:ed|ure)?\b|denied|bad (?:password|login|user)|not authori[sz]ed|wrong|错误|錯誤|失败|失敗|拒绝|拒絕|不正确|不正確/i

/** Longest text that is looked at: a prompt is short. */
const MOST = 2000

/** What the server wants, by all it has said since it was answered last. */
export function promptOf(since: string, tests: PromptTests): Prompt {
  const text = plain(since).slice(-MOST)
  const last = text.slice(text.trimEnd().lastIndexOf('\n') + 1)
  if (last.trim() === '') return 'other'
  if (tests.password?.(last) === true || PASSWORD.test(last)) return 'password'
  if (tests.account?.(last) === true || (ACCOUNT.test(last) && !/last login/i.test(last))) return 'account'
  if (tests.ready?.(last.trimEnd()) === true || tests.ready?.(text) === true) return 'ready'
  if (READY.test(last)) return 'ready'
  return RETURN.test(last) ? 'return' : 'other'
}

/** Whether a login was turned down, by what came behind the password; a message of the day says such words too. */
export const saysRefused = (since: string): boolean => REFUSED.test(plain(since).slice(-MOST))

/** Without colours, titles and other sequences. */
const plain = (text: string): string =>
  text
    .replace(/\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g, '')
    .replaceAll('\r', '')
