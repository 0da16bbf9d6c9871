package org

// ValidationRule is a condition that an org sets on its users: a record for
// which the formula is true is refused with the message.
type ValidationRule struct {
	Name    string
	Formula string // true = refuse, in the language of package formula
	Message string
	Field   string // the field the message is shown at; "" = the whole record
	Active  bool
}

// validation is a rule ready for use.
type validation struct{}

func compileValidations(*Object, []ValidationRule) ([]validation, error) { return nil, nil }

func (w *write) checkValidationRules() Errors { return nil }
