package browsertest

import (
	"os"
	"path/filepath"

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
