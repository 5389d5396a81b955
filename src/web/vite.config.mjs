import { defineConfig } from 'vite';

/**
 * `vite build src/web` → dist/web. Every address in the built page is relative, so the same files work below any
 * base path: the server only fills in `<base href>`.
 */
export default defineConfig({
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // 'data:' addresses would need their own word in the Content-Security-Policy
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
