import { text } from './texts.ts'

export interface Account {
  readonly id: string
  readonly name: string
  readonly priority: number
}

export interface Asset {
  readonly id: string
  readonly name: string
  readonly address: string
  readonly comment: string
  readonly accounts: readonly Account[]
}

export interface TreeNode {
  readonly id: string
  readonly depth: number
  readonly name: string
  readonly assets: number
}

export interface Me {
  readonly name: string
  readonly username: string
  readonly admin: boolean
  /** May read records. */
  readonly reads: boolean
  readonly csrf: string
}

export type Answer<T> =
  | { readonly ok: true; readonly body: T }
  | { readonly ok: false; readonly status: number; readonly text: string; readonly login: string | undefined }

let csrf = ''

interface Trouble {
  readonly text?: string
  readonly login?: string | null
}

/** The page and the bastion are of one build, so what it answers has the shape the page was compiled with. */
const isOurs = <T>(_answer: unknown): _answer is T => true

/** One call to the bastion. What it says of a failure is a sentence for the person. */
export async function call<T>(path: string, body?: unknown): Promise<Answer<T>> {
  const trouble = (status: number, { text: sentence, login }: Trouble = {}): Answer<T> => ({
    ok: false,
    status,
    text: sentence ?? text('away'),
    login: login ?? undefined,
  })
  try {
    const response = await fetch(`${document.documentElement.dataset['page'] ?? ''}api/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'X-CSRF-Token': csrf, ...(body !== undefined && { 'Content-Type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    if (!response.ok) return trouble(response.status, isOurs<Trouble>(answer) ? answer : {})
    return isOurs<T>(answer) ? { ok: true, body: answer } : trouble(response.status)
  } catch {
    return trouble(0)
  }
}

export async function whoAmI(): Promise<Answer<Me>> {
  const answer = await call<Me>('session')
  if (answer.ok) csrf = answer.body.csrf
  return answer
}
