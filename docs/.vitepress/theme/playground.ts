import { useData, withBase } from 'vitepress';
import { defineComponent, h, onMounted, ref, watch } from 'vue';

/** The playground in a frame, in the colors of the site. */
export const Playground = defineComponent(() => {
  const { isDark } = useData();
  const frame = ref<HTMLIFrameElement>();

  function applyTheme(): void {
    const page = frame.value?.contentDocument?.documentElement;
    if (!page) return;
    page.dataset['theme'] = isDark.value ? 'dark' : 'light';
    page.dataset['framed'] = '';
  }

  watch(isDark, applyTheme);
  onMounted(applyTheme); // the frame of a page that the server rendered may have loaded before

  const src = withBase('/playground/app/index.html');
  return () =>
    h('div', { class: 'playground' }, [
      h('iframe', { ref: frame, src, title: 'The playground', onLoad: applyTheme }),
      h('p', h('a', { href: src, target: '_blank', rel: 'noopener' }, 'Open it in a tab of its own')),
    ]);
});
