package browsertest

import (
	_ "embed"
	"fmt"
	"slices"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var (
	//go:embed accessible.js
	accessibleScript string
	//go:embed keyboard.js
	keyboardScript string
)

// narrowest is the width, in CSS pixels, at which a page may not need scrolling
// to the side (WCAG 2.2, 1.4.10).
const narrowest = 320

// CheckAccessible reports what keeps people from using the page, by light and by
// dark, and what the browser complained of since the last check.
func (p *Page) CheckAccessible() {
	p.t.Helper()
	for _, problem := range p.problems() {
		p.t.Errorf("%s: %s", p.Address(), problem)
	}
}

// problems are the findings, each as "check: what".
func (p *Page) problems() (found []string) {
	p.t.Helper()
	for _, dark := range []bool{false, true} {
		p.Dark(dark)
		for _, problem := range evaluate[[]string](p, accessibleScript) {
			if !slices.Contains(found, problem) {
				found = append(found, problem)
			}
		}
	}
	p.Dark(false)
	found = append(found, p.keyboard()...)
	found = append(found, p.width()...)
	found = append(found, p.title()...)
	for _, trouble := range p.takeTroubles() {
		found = append(found, "browser: "+trouble)
	}
	return found
}

// keyboard presses Tab through the whole page.
func (p *Page) keyboard() (found []string) {
	p.t.Helper()
	stops := evaluate[[]string](p, keyboardScript)
	const where = `(() => {
		const i = keyboardStops.findIndex((s) => s.element === document.activeElement);
		return {at: i, shown: i < 0 || keyboardLook(document.activeElement) !== keyboardStops[i].before};
	})()`
	var order []int
	// A few presses more: Chromium also stops at what scrolls.
	for range len(stops) + 8 {
		p.run("press Tab", chromedp.KeyEvent(kb.Tab))
		focus := evaluate[struct {
			At    int  `json:"at"`
			Shown bool `json:"shown"`
		}](p, where)
		if focus.At < 0 {
			continue
		}
		if slices.Contains(order, focus.At) {
			if focus.At == order[len(order)-1] {
				continue // within one control, such as a date
			}
			break // around
		}
		order = append(order, focus.At)
		if !focus.Shown {
			found = append(found, "focus: "+stops[focus.At]+" looks the same with it")
		}
	}
	evaluate[bool](p, "document.activeElement.blur(), true") // as it was, for a picture
	if !slices.IsSorted(order) {
		found = append(found, fmt.Sprintf("tab order: it is not that of the document: %v", order))
	}
	for i, stop := range stops {
		if !slices.Contains(order, i) {
			found = append(found, "keyboard: Tab does not reach "+stop)
		}
	}
	return found
}

// width looks at the page as the narrowest phone does.
func (p *Page) width() (found []string) {
	p.t.Helper()
	p.run("narrow the window", chromedp.EmulateViewport(narrowest, 640, chromedp.EmulateMobile))
	wide := evaluate[struct {
		Width   int    `json:"width"`
		Culprit string `json:"culprit"`
	}](p, `(() => {
		const width = document.documentElement.scrollWidth;
		const out = [...document.body.querySelectorAll("*")].find((e) => e.getBoundingClientRect().right > 320.5);
		return {width, culprit: out ? out.localName + (out.id ? "#" + out.id : "") + " " + out.className : ""};
	})()`)
	p.Desktop()
	if wide.Width > narrowest {
		found = append(found, fmt.Sprintf("width: %d pixels at %d (%s)", wide.Width, narrowest, wide.Culprit))
	}
	return found
}

// title says when another page, by its heading, has the same one.
func (p *Page) title() []string {
	p.t.Helper()
	is := evaluate[struct {
		Title   string `json:"title"`
		Heading string `json:"heading"`
	}](p, `({title: document.title, heading: document.querySelector("h1")?.textContent.trim() ?? ""})`)
	p.browser.mu.Lock()
	defer p.browser.mu.Unlock()
	if heading, known := p.browser.titles[is.Title]; known && heading != is.Heading {
		return []string{fmt.Sprintf("title: %q is also that of the page with the heading %q", is.Title, heading)}
	}
	p.browser.titles[is.Title] = is.Heading
	return nil
}
