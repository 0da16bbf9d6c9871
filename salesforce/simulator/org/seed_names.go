package org

import "strings"

// names are made by walking two lists side by side. Their lengths, 50 and 51,
// have no common divisor, so that every pair comes once before any comes again.
type names struct{ first, last []string }

func newNames() names {
	return names{
		first: strings.Fields(`Amara Bruno Chiara Dmitri Elena Farid Greta Hiro Ines Jonas Katya Liam Mei Nadia Omar
			Priya Quentin Rosa Sven Tara Umar Vera Wen Ximena Yusuf Zoe Aiko Bela Carmen Dario Esther Felix Gita Hugo
			Isla Jamal Kenji Lucia Marco Nora Oskar Paula Rafael Selma Tomas Ursula Victor Wanda Yara Zeno`),
		last: strings.Fields(`Okafor Silva Rossi Volkov Garcia Haddad Nilsson Tanaka Moreau Weber Petrova Murphy Zhang
			Hassan Khalil Sharma Dubois Martinez Larsen Singh Farouk Novak Li Torres Demir Wagner Sato Kovacs Ortega
			Bianchi Cohen Fischer Patel Fernandez Campbell Williams Yamamoto Romero Conti Jansen Lindqvist Keller
			Oliveira Berg Horvath Schmidt Laurent Kowalski Nasser Papadakis Brown`),
	}
}

// count is the number of different pairs.
func (n names) count() int { return len(n.first) * len(n.last) }

func (n names) at(i int) (first, last string) { return n.first[i%len(n.first)], n.last[i%len(n.last)] }
