// The style sheet is bundled by esbuild.
declare module '*.css'
