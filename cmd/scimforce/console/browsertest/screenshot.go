package browsertest

import (
	"os"
	"path/filepath"
	"strconv"

	"github.com/chromedp/chromedp"
)

// Screenshot writes the whole page, as a desk's screen and as a phone shows it,
// to .build/screenshots/NAME.png and NAME-phone.png.
func (p *Page) Screenshot(name string) {
	p.t.Helper()
	p.Phone()
	p.picture(name + "-phone.png")
	p.Desktop()
	p.picture(name + ".png")
}

func (p *Page) picture(file string) {
	p.t.Helper()
	picture := ask(p, "take a picture", chromedp.FullScreenshot(100)) // 100 is PNG
	if err := os.MkdirAll(p.browser.screenshots, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.browser.screenshots, file), picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// Illustrate writes what a window of 880 pixels by height shows of the page, from
// what the selector names on, to a file for the manual.
func (p *Page) Illustrate(file, selector string, height int64) {
	p.t.Helper()
	p.run("make the window small", chromedp.EmulateViewport(880, height))
	evaluate[bool](p, `document.querySelector(`+strconv.Quote(selector)+`).scrollIntoView(), document.activeElement?.blur(), true`)
	picture := ask(p, "take a picture", chromedp.CaptureScreenshot())
	if err := os.WriteFile(file, picture, 0o644); err != nil {
		p.t.Fatal(err)
	}
	p.Desktop()
}
