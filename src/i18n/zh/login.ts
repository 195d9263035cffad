import type { login as en } from '../en/login.ts'

export const login: Record<keyof typeof en, string> = {
  'auth.password': '密码：',
  'auth.otp': '动态验证码：',
  'auth.otp.wrong': '验证码不正确，请输入设备上显示的新验证码。',
  'auth.otp.unbound': '您的账号需要动态验证码，但尚未绑定设备，请先在网页上完成绑定。',
  'auth.tooMany': '本次连接的失败次数过多。',
  'auth.shutOut': '您的地址登录失败次数过多，请在 {seconds} 秒后重试。',
  'fault.SSHD_LISTEN': '无法监听该端口：{host}:{port}。',
  'fault.SSHD_HOST_KEY': '无法使用主机密钥 {path}。',
  'fault.SSHD_NO_TARGET': '执行命令需要指明资产：请以 {user}@系统用户@资产 登录；不带命令登录可进入菜单。',
}
