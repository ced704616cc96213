/** Writes scripts and styles into the page, which then opens from a file, without a server. */
export function singleFilePlugin() {
  return {
    name: 'single-file',
    enforce: 'post',
    generateBundle(_, bundle) {
      const page = bundle['index.html'];
      const take = (path) => {
        const name = path.replace(/^\.\//, '');
        const { code, source } = bundle[name];
        delete bundle[name];
        return String(code ?? source);
      };
      // functions, because a text in place of a match may contain `$`
      page.source = String(page.source)
        .replace(
          /<link rel="stylesheet"[^>]*href="([^"]+)"[^>]*>/,
          (_, path) => `<style>${take(path)}</style>`,
        )
        .replace(
          /<script type="module"[^>]*src="([^"]+)"[^>]*>/,
          (_, path) => `<script type="module">${escapeScript(withoutPreloads(take(path)))}`,
        );
    },
  };
}

/** Vite leaves this list of files to preload undefined, because no chunk exists. */
const withoutPreloads = (code) => code.replaceAll('__VITE_PRELOAD__', '[]');

/** HTML ends a script at the first `</script`, even within a string. */
const escapeScript = (code) => code.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
