import type { web as en } from '../en/web.ts'

export const web: Record<keyof typeof en, string> = {
  'web.how': '这是一台 SSH 堡垒机，请在终端中登录：',
  'web.you': '用户名',
  'web.later': '本版本尚未提供浏览器终端。',
}
