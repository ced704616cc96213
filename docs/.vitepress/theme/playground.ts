import { useData, withBase } from 'vitepress';
import { defineComponent, h, onBeforeUnmount, ref, watch } from 'vue';

/** The playground in a frame as high as it is, in the colors of the site. */
export const Playground = defineComponent(() => {
  const { isDark } = useData();
  const frame = ref<HTMLIFrameElement>();
  const height = ref(900);
  const observer = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(fitHeight);

  function pageOf(): HTMLElement | undefined {
    return frame.value?.contentDocument?.documentElement;
  }

  function applyTheme(): void {
    const page = pageOf();
    if (page) page.dataset['theme'] = isDark.value ? 'dark' : 'light';
  }

  function fitHeight(): void {
    const body = frame.value?.contentDocument?.body;
    if (body) height.value = body.scrollHeight;
  }

  function start(): void {
    applyTheme();
    observer?.disconnect();
    const body = frame.value?.contentDocument?.body;
    if (body) observer?.observe(body);
  }

  watch(isDark, applyTheme);
  onBeforeUnmount(() => observer?.disconnect());

  const url = withBase('/playground/app/index.html');
  return () =>
    h('div', { class: 'playground' }, [
      h(
        'p',
        h('a', { href: url, target: '_blank', rel: 'noopener' }, 'Open the playground in a page of its own'),
      ),
      h('iframe', {
        ref: frame,
        src: url,
        title: 'The playground',
        style: { height: `${height.value}px` },
        onLoad: start,
      }),
    ]);
});
