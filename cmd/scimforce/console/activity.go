package console

// showActivity keeps the room of a page that is still to come.
func (c *Console) showActivity(*visit) (answer, error) {
	return answer{template: "activity", title: "Activity"}, nil
}
