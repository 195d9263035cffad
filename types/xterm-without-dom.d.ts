// The addons' typings speak of the browser's @xterm/xterm, which would bring the DOM's types into a program that has
// no DOM. Here they are given the headless one, which is what they run on (tsconfig.json, "paths").
export * from '@xterm/headless'
