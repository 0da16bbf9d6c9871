package main

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// maxCode bounds the texts kept of one mark, in bytes. Of more than maxTexts
// nobody knows which are meant, and none is kept.
const (
	maxCode  = 300
	maxTexts = 6
)

// literalsAt gives the texts that a mark is about: those on its line, or, where
// it has a line of its own, those of the statement below it, or, where it is
// the comment of a function that does nothing but return, those of that.
func literalsAt(files *token.FileSet, file *ast.File, group *ast.CommentGroup) string {
	line := files.Position(group.Pos()).Line
	texts := literals(file, func(n ast.Node) bool { return files.Position(n.Pos()).Line == line })
	if len(texts) > 0 {
		return join(texts)
	}
	below := statementAt(files, file, files.Position(group.End()).Line+1)
	if below == nil {
		below = singleReturn(file, group)
	}
	if below == nil {
		return ""
	}
	return join(literals(below, func(ast.Node) bool { return true }))
}

// singleReturn is the body of the function that the comment is on, when that
// is one return statement.
func singleReturn(file *ast.File, group *ast.CommentGroup) ast.Node {
	for _, declaration := range file.Decls {
		f, ok := declaration.(*ast.FuncDecl)
		if !ok || f.Doc != group || f.Body == nil || len(f.Body.List) != 1 {
			continue
		}
		if statement, ok := f.Body.List[0].(*ast.ReturnStmt); ok {
			return statement
		}
	}
	return nil
}

// statementAt is the statement that begins on the line, as far as it is plain:
// of an if, its body when that is one statement; nil for other blocks, of which
// nobody knows how much is meant.
func statementAt(files *token.FileSet, file *ast.File, line int) (found ast.Node) {
	ast.Inspect(file, func(n ast.Node) bool {
		if found != nil || n == nil {
			return false
		}
		if statement, ok := n.(ast.Stmt); ok && files.Position(n.Pos()).Line == line {
			switch s := statement.(type) {
			case *ast.ReturnStmt, *ast.AssignStmt, *ast.ExprStmt:
				found = s
			case *ast.IfStmt:
				if len(s.Body.List) == 1 {
					found = s.Body
				}
			}
		}
		return found == nil
	})
	return found
}

// literals collects the string literals in a node that fit.
func literals(in ast.Node, fits func(ast.Node) bool) (texts []string) {
	ast.Inspect(in, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING && fits(n) {
			if text, err := strconv.Unquote(literal.Value); err == nil && strings.TrimSpace(text) != "" {
				texts = append(texts, strings.TrimSpace(text))
			}
		}
		return true
	})
	return texts
}

func join(texts []string) string {
	if texts = slices.Compact(texts); len(texts) > maxTexts {
		return ""
	}
	all := strings.Join(strings.Fields(strings.Join(texts, " | ")), " ")
	if len(all) > maxCode {
		all = strings.ToValidUTF8(all[:maxCode], "") + "..."
	}
	return all
}
