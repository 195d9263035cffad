import type { web as en } from '../en/web.ts'

export const web: Record<keyof typeof en, string> = {
  'web.you': '用户名',
  'web.malformed': '无法识别该请求，请刷新页面。',
  'web.login.refused': '登录失败：用户名、密码或验证码不正确。',
  'web.login.later': '此处登录失败次数过多，请在 {seconds} 秒后重试。',
  'web.login.unbound': '您的账号需要验证码，但尚未绑定设备，请联系管理员。',
  'fault.WEB_NOBODY': '您尚未登录或登录已失效，请登录后重新打开标签页。',
  'fault.WEB_TOKEN': '该链接已失效：仅能使用一次，有效期 20 秒，请重新获取。',
  'fault.WEB_NOT_GRANTED': '您没有该资产或账号的权限，请刷新列表或联系管理员。',
  'fault.WEB_REQUEST': '无法识别页面发送的内容，请刷新页面。',
  'fault.WEB_TOO_MANY': '您打开的页面过多，请关闭一些后重试。',
  'fault.WEB_TABS': '该页面已打开 {most} 个标签页，请关闭一些或另开页面。',
  'fault.WEB_TOO_MUCH': '资产读取速度跟不上粘贴速度，已有 32 MB 在等待。该标签页已结束，请改用文件传输。',
  'fault.WEB_ROOM': '该标签页的会话已结束，或正由另一页面显示，请重新打开资产。',
}
