'use strict';
(() => {
  const form = document.getElementById('filters');
  const group = document.getElementById('group');
  const text = document.getElementById('text');
  const shown = document.getElementById('shown');
  const nothing = document.getElementById('nothing');
  const checks = Array.from(document.querySelectorAll('details.check'));
  const groups = Array.from(document.querySelectorAll('section.group'));
  let texts;

  const chosen = (name) => {
    const boxes = form.querySelectorAll('input[name="' + name + '"]:checked');
    return new Set(Array.from(boxes, (box) => box.value));
  };

  const apply = () => {
    const statuses = chosen('status');
    const severities = chosen('severity');
    const words = text.value.toLowerCase().split(/\s+/).filter((word) => word !== '');
    if (words.length > 0 && texts === undefined) {
      texts = checks.map((check) => check.textContent.toLowerCase());
    }
    let count = 0;
    checks.forEach((check, index) => {
      const data = check.dataset;
      const isShown = statuses.has(data.status) && severities.has(data.severity) &&
        (group.value === '' || group.value === data.group) && words.every((word) => texts[index].includes(word));
      check.hidden = !isShown;
      count += Number(isShown);
    });
    for (const section of groups) {
      section.hidden = section.querySelector('details.check:not([hidden])') === null;
    }
    nothing.hidden = count > 0 || checks.length === 0;
    shown.textContent = count + ' of ' + checks.length + ' checks';
  };

  const openAll = (isOpen) => {
    for (const check of checks) {
      check.open = isOpen;
    }
  };

  // A link to a check opens it, also if a filter hides it.
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target === null || !target.matches('details.check, section.group > h3')) {
      return;
    }
    if (target.closest('[hidden]') !== null) {
      form.reset();
      apply();
    }
    if (target.matches('details')) {
      target.open = true;
    }
    target.scrollIntoView();
  };

  // Browsers that do not know how to print what is closed.
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = checks.filter((check) => !check.open);
    openAll(true);
  });
  addEventListener('afterprint', () => {
    for (const check of closed) {
      check.open = false;
    }
  });

  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(apply));
  document.getElementById('open').addEventListener('click', () => openAll(true));
  document.getElementById('close').addEventListener('click', () => openAll(false));
  addEventListener('hashchange', follow);
  form.hidden = checks.length === 0;
  apply();
  follow();
})();
